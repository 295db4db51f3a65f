"""The boot of a worker, up to the app's import or its failure."""
