"""Resource → fact, one file a resource type, found by being there (see `cds_service.fhir.reader`)."""
