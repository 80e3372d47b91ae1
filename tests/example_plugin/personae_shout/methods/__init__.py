"""Methods of the example extension."""
