"""The words everything else is said in: answers, dates, numbers, errors. Standard library only."""
