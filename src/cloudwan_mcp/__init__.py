"""Explore AWS Cloud WAN global networks of any size in bounded memory."""

from importlib.metadata import version

__version__ = version("cloudwan-mcp")
