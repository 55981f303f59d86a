"""How good the matches are: ways of searching, side by side on judged sets, and the making of such sets."""
