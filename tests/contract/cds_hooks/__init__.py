"""Each row of the CDS Hooks checklist that falls on a service, as tests that name it (`rows.csv`)."""
