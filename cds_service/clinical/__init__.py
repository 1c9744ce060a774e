"""Medicine as pure functions over a Chart."""
