//! Reads back the lines of a PDF: objects, streams, and of the content streams
//! what moves the pen. Enough for what the program writes, and no more.

use std::collections::HashMap;

/// The line segments of one page.
pub struct PageLines {
    /// Width and height in points.
    pub size: (f64, f64),
    /// Every path in points from the lower left corner, as it is stroked.
    pub paths: Vec<Vec<(f64, f64)>>,
}

struct Object {
    dictionary: String,
    stream: Option<Vec<u8>>,
}

/// All pages of a PDF.
pub fn pages(pdf: &[u8]) -> Vec<PageLines> {
    let objects = objects(pdf);
    let tree = objects
        .values()
        .find(|o| o.dictionary.contains("/Type /Pages"))
        .expect("a page tree");
    let kids = between(&tree.dictionary, "/Kids [", "]").expect("its pages");
    references(kids)
        .into_iter()
        .map(|page| {
            let page = &objects[&page];
            let size = numbers(between(&page.dictionary, "/MediaBox [", "]").expect("a size"));
            let content = reference(&page.dictionary, "/Contents").expect("a content");
            let mut pen = Pen {
                objects: &objects,
                paths: Vec::new(),
            };
            pen.draw(&objects[&content], &page.dictionary, IDENTITY);
            PageLines {
                size: (size[2], size[3]),
                paths: pen.paths,
            }
        })
        .collect()
}

fn objects(pdf: &[u8]) -> HashMap<u32, Object> {
    let find = |from: usize, what: &[u8]| {
        pdf[from..]
            .windows(what.len())
            .position(|w| w == what)
            .map(|at| from + at)
    };
    let mut objects = HashMap::new();
    let mut at = 0;
    while let Some(start) = find(at, b" 0 obj") {
        let digits = pdf[..start].iter().rev().take_while(|b| b.is_ascii_digit());
        let number = &pdf[start - digits.count()..start];
        let number: u32 = std::str::from_utf8(number).unwrap().parse().unwrap();
        let body = start + b" 0 obj".len();
        let end = find(body, b"endobj").expect("an end");
        let stream = find(body, b"stream\n").filter(|&s| s < end);
        let head = &pdf[body..stream.unwrap_or(end)];
        let dictionary = String::from_utf8_lossy(head).replace(['\n', '\r'], " ");
        at = end;
        let stream = stream.map(|s| {
            let length = number_after(&dictionary, "/Length").expect("a length") as usize;
            let bytes = &pdf[s + b"stream\n".len()..][..length];
            at = find(s + length, b"endobj").expect("an end");
            if dictionary.contains("/FlateDecode") {
                miniz_oxide::inflate::decompress_to_vec_zlib(bytes).expect("a zlib stream")
            } else {
                bytes.to_vec()
            }
        });
        objects.insert(number, Object { dictionary, stream });
    }
    objects
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}

fn number_after(dictionary: &str, key: &str) -> Option<f64> {
    numbers(&dictionary[dictionary.find(key)? + key.len()..])
        .first()
        .copied()
}

/// The object numbers in `5 0 R 7 0 R`.
fn references(text: &str) -> Vec<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(3)
        .filter(|w| w[1] == "0" && w[2].starts_with('R'))
        .filter_map(|w| w[0].parse().ok())
        .collect()
}

fn reference(dictionary: &str, key: &str) -> Option<u32> {
    let rest = &dictionary[dictionary.find(&format!("{key} "))? + key.len()..];
    references(rest).first().copied()
}

type Matrix = [f64; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `a`, then `b`.
fn then(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

struct Pen<'a> {
    objects: &'a HashMap<u32, Object>,
    paths: Vec<Vec<(f64, f64)>>,
}

impl Pen<'_> {
    fn draw(&mut self, object: &Object, resources: &str, start: Matrix) {
        let (mut matrix, mut saved) = (start, Vec::new());
        let mut operands: Vec<String> = Vec::new();
        let mut open: Vec<Vec<(f64, f64)>> = Vec::new();
        let content = object.stream.as_deref().unwrap_or_default();
        for word in words(content) {
            let is_operand =
                word.starts_with('/') || word.parse::<f64>().is_ok() || word.starts_with('(');
            if is_operand {
                operands.push(word);
                continue;
            }
            let values: Vec<f64> = operands.iter().filter_map(|o| o.parse().ok()).collect();
            let place = |x: f64, y: f64| {
                (
                    x * matrix[0] + y * matrix[2] + matrix[4],
                    x * matrix[1] + y * matrix[3] + matrix[5],
                )
            };
            match (word.as_str(), values.as_slice()) {
                ("q", _) => saved.push(matrix),
                ("Q", _) => matrix = saved.pop().expect("a saved state"),
                ("cm", &[a, b, c, d, e, f]) => matrix = then([a, b, c, d, e, f], matrix),
                ("m", &[x, y]) => open.push(vec![place(x, y)]),
                ("l", &[x, y]) => open.last_mut().expect("a path").push(place(x, y)),
                ("S", _) => self.paths.append(&mut open),
                ("s" | "f" | "f*" | "B" | "B*" | "n", _) => open.clear(),
                ("Do", _) => {
                    let name = operands.last().expect("a name");
                    let form = reference(resources, name)
                        .or_else(|| reference(&object.dictionary, name))
                        .and_then(|number| self.objects.get(&number))
                        .expect("the form");
                    let own = between(&form.dictionary, "/Matrix [", "]").map(numbers);
                    let own: Matrix = own.map_or(IDENTITY, |m| m.try_into().expect("six"));
                    let resources = form.dictionary.clone();
                    let resources = match reference(&resources, "/Resources") {
                        Some(number) => self.objects[&number].dictionary.clone(),
                        None => resources,
                    };
                    self.draw(form, &resources, then(own, matrix));
                }
                _ => {}
            }
            operands.clear();
        }
    }
}

/// Words of a content stream; a string is one word, `(`.
fn words(content: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut bytes = content.iter().copied();
    let mut finish = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    while let Some(byte) = bytes.next() {
        match byte {
            b'(' => {
                finish(&mut word);
                let mut depth = 1;
                while depth > 0 {
                    match bytes.next() {
                        Some(b'\\') => {
                            bytes.next();
                        }
                        Some(b'(') => depth += 1,
                        Some(b')') => depth -= 1,
                        Some(_) => {}
                        None => break,
                    }
                }
                word.push('(');
                finish(&mut word);
            }
            b'<' => {
                finish(&mut word);
                while bytes.next().is_some_and(|b| b != b'>') {}
            }
            b'[' | b']' | b'>' | b' ' | b'\n' | b'\r' | b'\t' => finish(&mut word),
            b'/' => {
                finish(&mut word);
                word.push('/');
            }
            _ => word.push(char::from(byte)),
        }
    }
    finish(&mut word);
    words
}
