"""What the application is in Kubernetes: manifests, and the only user of the Kubernetes client."""
