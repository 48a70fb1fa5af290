"""Explore AWS Cloud WAN global networks of any size in bounded memory."""

# A constant, since asking the installed distribution for it costs a discovery 3 MiB.
__version__ = "0.1.0"
