//! Wildcards: `*`, `?`, `[a-z]`, and a backtick in front of what stands for itself.

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    case: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Char(char),
    /// First and last of each range.
    Set(Vec<(char, char)>),
}

/// Whether the text holds a wildcard.
pub fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether the text matches the pattern of wildcards, in any case.
pub fn is_like(text: &str, pattern: &str) -> bool {
    Pattern::new(pattern, false).matches(text)
}

impl Pattern {
    /// Reads a pattern. A bracket that is not closed stands for itself.
    pub(crate) fn new(pattern: &str, case: bool) -> Self {
        let fold = |c: char| if case { c } else { folded(c) };
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' if parts.last() == Some(&Part::Any) => continue,
                '*' => Part::Any,
                '?' => Part::One,
                '`' => Part::Char(fold(rest.next().unwrap_or('`'))),
                '[' => match rest.as_str().split_once(']') {
                    Some((inside, behind)) if !inside.is_empty() => {
                        rest = behind.chars();
                        Part::Set(ranges(inside, fold))
                    }
                    _ => Part::Char('['),
                },
                other => Part::Char(fold(other)),
            });
        }
        Self { parts, case }
    }

    /// How many comparisons it may take at worst.
    pub(crate) fn work(&self, text: &str) -> usize {
        text.len().saturating_mul(self.parts.len())
    }

    /// Whether the whole text matches. Takes time with the product of both lengths at worst.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().map(|c| if self.case { c } else { folded(c) }).collect();
        let (mut at, mut part) = (0, 0);
        // Where the last `*` stands, and how much of the text it has taken.
        let mut star: Option<(usize, usize)> = None;
        while at < text.len() {
            match (self.parts.get(part), text.get(at)) {
                (Some(Part::Any), _) => {
                    star = Some((part, at));
                    part += 1;
                }
                (Some(known), Some(c)) if known.takes(*c) => {
                    part += 1;
                    at += 1;
                }
                _ => match star {
                    Some((from, taken)) => {
                        star = Some((from, taken + 1));
                        part = from + 1;
                        at = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        self.parts.get(part..).unwrap_or_default().iter().all(|part| *part == Part::Any)
    }
}

impl Part {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Char(own) => *own == c,
            Self::Set(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)),
        }
    }
}

fn folded(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn ranges(inside: &str, fold: impl Fn(char) -> char) -> Vec<(char, char)> {
    let chars: Vec<char> = inside.chars().map(fold).collect();
    let mut ranges = Vec::new();
    let mut rest = chars.as_slice();
    loop {
        match rest {
            [first, '-', last, tail @ ..] => {
                ranges.push((*first, *last));
                rest = tail;
            }
            [only, tail @ ..] => {
                ranges.push((*only, *only));
                rest = tail;
            }
            [] => return ranges,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_the_whole_text_in_any_case() {
        for (text, pattern, matches) in [
            ("Ken Myer", "ken*", true),
            ("Ken Myer", "*MYER", true),
            ("Ken Myer", "ken", false),
            ("Ken Myer", "k?n myer", true),
            ("Ken Myer", "[j-l]en*", true),
            ("Ken Myer", "[abc]en*", false),
            ("", "*", true),
            ("", "?", false),
            ("a*b", "a`*b", true),
            ("axb", "a`*b", false),
            ("a[b", "a[b", true),
            ("abcbcd", "a*bcd", true),
            ("aaaa", "*a*a*b", false),
        ] {
            assert_eq!(is_like(text, pattern), matches, "{text} {pattern}");
        }
        assert!(!Pattern::new("ken*", true).matches("Ken Myer"));
    }

    #[test]
    fn many_stars_take_no_more_than_the_product_of_the_lengths() {
        assert!(!is_like(&"a".repeat(5_000), &format!("{}b", "*a".repeat(500))));
    }
}
