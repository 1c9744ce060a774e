"""CDS services: one file each, found by being there (cds_service/web/services.py says what a file declares)."""
