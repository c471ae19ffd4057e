"""Pictures as data: the nodes and edges of a graph that Graphviz lays out, and what stands in their labels."""

import re

_STATEMENT = re.compile(r"^\t(?!node |edge )(\S+)(?: -> (\S+))? \[(.*?)\]$", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)=(<<TABLE.*?</TABLE>>|"[^"]*"|[^\s"<]+)', re.DOTALL)


def parts(picture):
    """Return {name: attributes} of the nodes and {(tail, head): attributes} of the edges of a picture."""
    nodes, edges = {}, {}
    for tail, head, text in _STATEMENT.findall(picture.dot):
        found = {key: value.strip('"') for key, value in _ATTRIBUTE.findall(text)}
        (edges if head else nodes)[(tail, head) if head else tail] = found
    return nodes, edges


def words(label):
    """Return the cells of a label: (text, color, size), and its border."""
    cells = re.findall(r'<FONT COLOR="(.*?)" POINT-SIZE="(\d+)">(.*?)</FONT>', label)
    return [(re.sub("<.*?>", "", text), color, int(size)) for color, size, text in cells]


def border(label):
    return re.match(r'<<TABLE BORDER="(\d)" COLOR="(.*?)" BGCOLOR="(.*?)".*?(?:STYLE="(\w+)")?>', label).groups()
