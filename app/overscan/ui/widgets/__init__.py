"""Small widgets that the whole window shares. None of them knows of photos, jobs or providers."""
