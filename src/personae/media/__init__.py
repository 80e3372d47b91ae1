"""Containers of images and audio."""
