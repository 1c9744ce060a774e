"""YAML read strictly: every scalar is a text but true/false, keys are unique, nothing is guessed, lines are kept.

Plain loaders turn `NO` into false, `1.0` into a float and let a repeated key silently replace the first one.
"""

from typing import Any

import yaml

from ..kernel.errors import Problem


class Mapping(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    line: int = 0
    lines: dict[str, int]


def parse(text: str, file: str, problems: list[Problem]) -> Any:
    """Parse one document; faults are appended to `problems` with their lines. None where nothing can be read."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problems.append(Problem(file, line, f"this is not YAML: {error.problem}"))
        return None
    except yaml.YAMLError:
        problems.append(Problem(file, 0, "this is not YAML"))
        return None
    if node is None:
        problems.append(Problem(file, 0, "the file is empty"))
        return None
    return _build(node, file, problems, set())


def _build(node: yaml.Node, file: str, problems: list[Problem], above: set[int]) -> Any:
    line = node.start_mark.line + 1
    if id(node) in above:
        problems.append(Problem(file, line, "an alias points back to itself"))
        return None
    if isinstance(node, yaml.ScalarNode):
        if node.style is None and node.value in ("true", "false"):
            return node.value == "true"
        if node.style is None and node.value in ("", "~", "null"):
            return None
        return str(node.value)
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, file, problems, above) for item in node.value]
    mapping = Mapping()
    mapping.line = line
    mapping.lines = {}
    assert isinstance(node, yaml.MappingNode)
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(file, key_line, "a key must be a plain word"))
            continue
        key = str(key_node.value)
        if key in mapping:
            problems.append(Problem(file, key_line, f"'{key}' is written twice"))
            continue
        mapping[key] = _build(value_node, file, problems, above)
        mapping.lines[key] = key_line
    return mapping
