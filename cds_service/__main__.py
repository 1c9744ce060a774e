"""`python -m cds_service` is `cds-service`."""

from .cli import main

main()
