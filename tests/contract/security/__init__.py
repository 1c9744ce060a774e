"""Who calls and where we call: what issue 4 items 2 and 3 ask, and checklist SEC-1 to SEC-12, FHR-1 to FHR-10."""
