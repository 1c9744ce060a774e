"""The only code that knows FHIR: reading, bundles, the client, gathering."""
