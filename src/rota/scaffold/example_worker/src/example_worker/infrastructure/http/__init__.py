"""Clients for services that speak HTTP."""
