"""Small models that read: the embedder, and later natural-language inference and classifiers."""
