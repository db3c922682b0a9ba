"""Kubernetes objects and Helm values made from the registry of tasks, and their comparison.

Pure: dicts and text in, dicts and text out. No file, no cluster, no environment and no clock.
"""
