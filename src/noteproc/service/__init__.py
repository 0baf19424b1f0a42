"""The same for other programs: a REST service and a server of the Model Context Protocol."""

from noteproc.service.operations import Operations

__all__ = ["Operations"]
