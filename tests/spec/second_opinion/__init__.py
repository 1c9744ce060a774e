"""A second reader's cases: written from criteria.md alone, before the rules and the first reader's cases were read.

Charts come in the shapes of several servers (Epic, Oracle, Synthea, US Core, Chinese hospitals). Where first and
second reading differed, docs/decisions/0008 says who was right.
"""
