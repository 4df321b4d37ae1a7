"""The pictures in docs/pictures: screens of real runs as SVG. `docs/pictures/make` makes them again."""
