"""CPU of one patient-view call, held against a service that does nothing (`make bench`)."""
