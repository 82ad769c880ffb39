"""How 2.42 says what 3.14 says in more words."""
import re


def in_old_words(text):
    """2.42 names the kind of a token and not the token, and does not show the line."""
    text = re.sub(r' while parsing: ".*', "", text)
    text = re.sub(r'got ".*" \("(\w+)"\)$', r'got "\1"', text)
    text = re.sub(r"^expected (a valid start token), got (.*)$", r"\2 is not \1", text)
    return re.sub(r'( text| label value):? "[^ ]*"', r"\1", text)
