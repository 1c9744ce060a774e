"""The attacker's view (issue 4): tokens, addresses, bodies and reports that were made to do harm."""
