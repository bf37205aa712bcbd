"""What is delivered beside the source: the image, the list of its parts, and files for compose and Kubernetes."""
