"""The face: pages, JSON API and the command line."""
