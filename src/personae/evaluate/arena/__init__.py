"""The arena: frozen replies of systems, compared in blind pairs by people, models or metrics."""
