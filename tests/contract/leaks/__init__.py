"""What leaks: nothing (issue 4 item 5). Marks are planted wherever input can carry them; every output is searched."""
