"""Logs on stderr: ours only. What libraries would say may carry addresses, and addresses carry patient ids."""

import logging


def _faults_alone(record: logging.LogRecord) -> bool:
    """Below "error" gunicorn writes the path of each call and what a bad request said; a filter outlives each level."""
    return record.levelno >= logging.ERROR


def configure(level: str) -> None:
    """Let the loggers of `cds_service` speak from `level` on, and every other one not at all.

    gunicorn's own loggers keep their handlers; its access log is off.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # else the handler of last resort prints warnings of urllib3
    logging.getLogger("gunicorn.error").addFilter(_faults_alone)
    ours = logging.getLogger("cds_service")
    ours.setLevel(level.upper())
    if not ours.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        ours.addHandler(handler)
    ours.propagate = False
