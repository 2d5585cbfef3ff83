"""Small static charts, drawn as SVG by hand: no script, no library, readable on a phone and on paper."""
