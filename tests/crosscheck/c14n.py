#!/usr/bin/env python3
"""Compares exclusive canonicalization with libxml2's, byte for byte, on random namespaced documents.

Needs lxml and the built example `c14n` (cargo build -p lync-xml --examples) in LYNCMOCK_EXAMPLES.
Usage: c14n.py [documents per kind] [seed]
"""

import os
import random
import subprocess
import sys

try:
    from lxml import etree
except ImportError:
    print("lxml is not there (pip install lxml)", file=sys.stderr)
    sys.exit(2)

EXAMPLE = os.path.join(os.environ.get("LYNCMOCK_EXAMPLES", "target/debug/examples"), "c14n")
# Every document has this many elements at least, so that each of the first ones can be canonicalized alone.
ELEMENTS = 6
# Kinds of runs: number of the element, prefix list. lxml copies an inner element without the namespaces around
# it, so prefix lists can be compared at the root only.
KINDS = [(0, ""), (0, "p"), (0, "p q z"), (0, "xs xml undeclared"), (1, ""), (3, ""), (5, "")]

PREFIXES = ["", "p", "q", "z", "xs"]
# No `&`, `<` or quotes here: libxml2 writes them unescaped in a declaration, which is not even well-formed.
URIS = ["urn:a", "urn:b", "urn:c", "http://example.test/a?b#c", "urn:d&#x65;"]
LOCALS = ["a", "b", "Body", "x-y.z", "_u", "\u00e9t\u00e9", "\u4e2d"]
TEXTS = ["text", " ", "\n  ", "\t", "\r\n", "\r", "&#13;", "&#xD;\n", "&lt;&amp;&gt;", "'\"", "]]&gt;", "\U0001F600",
         "<![CDATA[<&]]]]><![CDATA[>]]>", "<![CDATA[]]>", "<!-- comment & <tag> -->", "<?pi?>", "<?pi  data \r\n?>",
         "\u2028\u0085", "&#x1F600;"]
VALUES = ["", "v", "&lt;&gt;", "&quot;&apos;", "\t", "\n", "\r\n", "\r", "&#9;&#10;&#13;", "a  b", "&amp;amp;", "\u00fc>"]


class Generator:
    """Writes random documents. `scope` maps the declared prefixes to their namespaces."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def document(self):
        self.elements = 0
        content = self.element({}, 0)
        declaration = self.random.choice(["", "<?xml version='1.0'?>\n", '<?xml version="1.0" encoding="UTF-8"?>\r\n'])
        return declaration + content

    def element(self, scope, depth):
        self.elements += 1
        scope, declarations = self.declarations(dict(scope), depth)
        prefixes = [p for p in scope if p] + [""]
        name = self.name(self.random.choice(prefixes))
        pieces = declarations + self.attributes(scope)
        self.random.shuffle(pieces)
        start = "<" + name + "".join(self.random.choice([" ", "\n", "  "]) + piece for piece in pieces)
        content = self.content(scope, depth)
        if not content and self.random.random() < 0.7:
            return start + self.random.choice(["/>", " />"])
        return f"{start}>{content}</{name}{self.random.choice(['', ' '])}>"

    def declarations(self, scope, depth):
        pieces = []
        chance = 0.7 if depth == 0 else 0.25
        for prefix in PREFIXES:
            if self.random.random() > chance:
                continue
            uri = "" if prefix == "" and self.random.random() < 0.4 else self.random.choice(URIS)
            scope[prefix] = uri
            pieces.append(f"xmlns{':' if prefix else ''}{prefix}={self.quoted(uri)}")
        return scope, pieces

    def attributes(self, scope):
        pieces, used = [], set()
        for _ in range(self.random.choice([0, 0, 1, 2, 4])):
            prefix = self.random.choice(["", "", "xml"] + [p for p in scope if p])
            local = self.random.choice(["lang", "space"] if prefix == "xml" else LOCALS)
            key = (scope.get(prefix, prefix) if prefix else "", local)
            if key in used:
                continue
            used.add(key)
            value = self.random.choice(["default", "preserve"]) if local == "space" else "".join(
                self.random.choices(VALUES, k=self.random.randrange(3)))
            pieces.append(f"{prefix}{':' if prefix else ''}{local}={self.quoted(value)}")
        return pieces

    def content(self, scope, depth):
        pieces = []
        for _ in range(self.random.choice([0, 1, 2, 4, 6]) if depth < 6 else 0):
            if self.random.random() < 0.5:
                pieces.append(self.element(scope, depth + 1))
            else:
                pieces.append(self.random.choice(TEXTS))
        while depth == 0 and self.elements < ELEMENTS:
            pieces.append(self.element(scope, depth + 1))
        return "".join(pieces)

    def name(self, prefix):
        return f"{prefix}{':' if prefix else ''}{self.random.choice(LOCALS)}"

    def quoted(self, value):
        quote = self.random.choice("\"'")
        if quote in value:
            quote = "'" if quote == '"' else '"'
        return f"{quote}{value}{quote}"


def ours(documents, element, prefixes):
    command = [EXAMPLE, "--element", str(element), "--prefixes", prefixes]
    done = subprocess.run(command, input=b"\0".join(documents), stdout=subprocess.PIPE, check=True)
    return done.stdout.split(b"\0")


def theirs(document, element, prefixes):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)
    root = etree.fromstring(document, parser)
    node = [e for e in root.iter() if isinstance(e.tag, str)][element]
    options = {"inclusive_ns_prefixes": prefixes.split()} if prefixes else {}
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False, with_tail=False, **options)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20130101
    generator = Generator(seed)
    passed = failed = 0
    for element, prefixes in KINDS:
        documents = [generator.document().encode() for _ in range(count)]
        results = ours(documents, element, prefixes)
        if len(results) != len(documents):
            sys.exit(f"{len(documents)} documents gave {len(results)} results")
        for document, result in zip(documents, results):
            expected = theirs(document, element, prefixes)
            if result == expected:
                passed += 1
                continue
            failed += 1
            print(f"element {element}, prefixes {prefixes!r}\n  document {document!r}\n  ours     {result!r}\n"
                  f"  libxml2  {expected!r}", file=sys.stderr)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
