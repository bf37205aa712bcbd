"""What a frame must be between two steps: pandera models, enums and small value types."""
