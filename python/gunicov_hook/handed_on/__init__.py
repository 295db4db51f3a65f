"""What one worker has worked out, handed to the next ones by the master."""
