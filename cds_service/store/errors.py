"""What can go wrong with the store. The texts hold neither the address of the store nor what was written."""

from ..kernel.errors import CdsError


class StoreError(CdsError):
    """The store cannot be opened: a wrong address, a missing driver, a newer or a foreign database."""


class StoreUnavailable(StoreError):
    """The store is there but does not take or give what was asked just now."""
