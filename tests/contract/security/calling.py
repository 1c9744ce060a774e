"""Hook calls that name a FHIR server, and what they may carry."""

from typing import Any

from ...unit.web import making

ADDRESS = making.ADDRESS
FULL = "patient/*.read"


def granted(scope: str = FULL, **more: Any) -> dict[str, Any]:
    good = {"access_token": "s3cret-canary", "token_type": "Bearer", "expires_in": 300, "scope": scope}
    good["subject"] = "cds"
    return {k: v for k, v in (good | more).items() if v is not ...}


def hook(base: str, **more: Any) -> dict[str, Any]:
    return making.call(**({"prefetch": {}, "fhirServer": base, "fhirAuthorization": granted()} | more))
