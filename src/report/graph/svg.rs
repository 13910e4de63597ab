//! A drawing as SVG. Every word is text that can be searched, and no colour says what no word does.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::drawing::{Drawing, Group, StepBox};
use super::layout::{Placed, Point, place};
use super::paint::Paint;
use crate::report::text::{columns, inert};

/// Of one character and one line of the text in a box, in pixels: a fixed width lets boxes fit without a browser.
const CHARACTER: Point = (7.3, 17.0);
const PADDING: Point = (14.0, 10.0);
/// Around the whole.
const MARGIN: f64 = 20.0;
/// How far the second outline of a matrix stands out, and an arrow that goes round.
const OFFSET: f64 = 5.0;
const ROUND: f64 = 26.0;
const STYLE: &str = "text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#212529}\
    .name{font-weight:bold}.title{font-size:15px;font-weight:bold}\
    .arrow{fill:none;stroke:#868e96;stroke-width:1.4}.again{fill:none;stroke:#e67700;stroke-width:1.4;stroke-dasharray:4 3}\
    .call{fill:#ffffff;stroke:#868e96}.if{stroke-dasharray:6 3}";

/// Each class of arrows with the colour of its lines.
const HEADS: [(&str, &str); 2] = [("arrow", "#868e96"), ("again", "#e67700")];

/// Writes the picture to `out`.
///
/// # Errors
/// Those of `out`.
pub fn svg(drawing: &Drawing, out: &mut impl Write) -> io::Result<()> {
    let paints = Paint::used(drawing);
    let whole = Arranged::new(&drawing.whole);
    let title = inert(&drawing.title);
    let legend: f64 = paints.iter().map(legend_width).sum();
    let content = whole.placed.size.0.max(text_width(&title) * 1.3).max(legend);
    let (width, top) = (content + 2.0 * MARGIN, MARGIN + 30.0);
    let bottom = top + whole.placed.size.1 + MARGIN;
    let height = bottom + 20.0 + MARGIN;

    let mut writer = Writer::new_with_indent(&mut *out, b' ', 1);
    writer
        .create_element("svg")
        .with_attribute(("xmlns", "http://www.w3.org/2000/svg"))
        .with_attributes([("width", &*number(width)), ("height", &*number(height))])
        .with_attribute(("viewBox", &*format!("0 0 {} {}", number(width), number(height))))
        .with_attribute(("role", "img"))
        .write_inner_content(|writer| {
            writer.create_element("title").write_text_content(BytesText::new(&title))?;
            writer.create_element("style").write_text_content(BytesText::new(&style(&paints)))?;
            for (class, colour) in HEADS {
                marker(writer, class, colour)?;
            }
            writer
                .create_element("rect")
                .with_attributes([("width", "100%"), ("height", "100%"), ("fill", "#ffffff")])
                .write_empty()?;
            text(writer, (MARGIN, MARGIN + 8.0), "title", &title)?;
            whole.draw(writer, &drawing.whole, (MARGIN + (content - whole.placed.size.0) / 2.0, top))?;
            let mut x = MARGIN;
            for paint in &paints {
                rect(writer, (x, bottom), (12.0, 12.0), paint.class)?;
                text(writer, (x + 18.0, bottom + 10.0), "legend", paint.word)?;
                x += legend_width(paint);
            }
            Ok(())
        })?;
    writeln!(out)
}

fn style(paints: &[Paint]) -> String {
    let rule = |paint: &Paint| format!(".{}{{fill:{};stroke:{}}}", paint.class, paint.fill, paint.line);
    paints.iter().map(rule).fold(STYLE.to_owned(), |style, rule| style + &rule)
}

/// The head of an arrow of that class.
fn marker<W: Write>(writer: &mut Writer<W>, class: &str, colour: &str) -> io::Result<()> {
    let marker = writer.create_element("marker").with_attribute(("id", &*format!("{class}-head"))).with_attributes([
        ("viewBox", "0 0 8 8"),
        ("refX", "7"),
        ("refY", "4"),
        ("markerUnits", "userSpaceOnUse"),
        ("markerWidth", "8"),
        ("markerHeight", "8"),
        ("orient", "auto"),
    ]);
    marker.write_inner_content(|writer| {
        let path = writer.create_element("path");
        path.with_attributes([("d", "M0,0 L8,4 L0,8 z"), ("fill", colour)]).write_empty()?;
        Ok(())
    })?;
    Ok(())
}

/// A group with its boxes in their places, and so what is inside of them.
struct Arranged {
    placed: Placed,
    sizes: Vec<Point>,
    inside: Vec<Option<Arranged>>,
}

impl Arranged {
    fn new(group: &Group) -> Self {
        let inside: Vec<Option<Self>> = group.boxes.iter().map(|step| step.inside.as_ref().map(Self::new)).collect();
        let sizes: Vec<Point> =
            group.boxes.iter().zip(&inside).map(|(step, inside)| size(step, inside.as_ref())).collect();
        Self { placed: place(&sizes, &group.arrows), sizes, inside }
    }

    fn draw<W: Write>(&self, writer: &mut Writer<W>, group: &Group, origin: Point) -> io::Result<()> {
        let at = |point: Point| (origin.0 + point.0, origin.1 + point.1);
        let own = |index: usize| {
            let (corner, size) = self.own(index, group);
            (at(corner), size)
        };
        for ((from, _), route) in group.arrows.iter().zip(&self.placed.routes) {
            let (corner, size) = own(*from);
            let route: Vec<Point> = route.iter().map(|point| at(*point)).collect();
            // A box may be less high than its row.
            curve(writer, (corner.0 + size.0 / 2.0, corner.1 + size.1), &route)?;
        }
        for (index, step) in group.boxes.iter().enumerate() {
            let (corner, size) = own(index);
            draw_box(writer, step, corner, size)?;
            if let (Some(inside), Some(arranged)) = (&step.inside, &self.inside[index]) {
                let below = PADDING.1 + CHARACTER.1 * lines(step) as f64 + PADDING.1;
                arranged.draw(writer, inside, (corner.0 + PADDING.0, corner.1 + below))?;
            }
            if let Some((to, when)) = &step.again {
                again(writer, (corner, size), own(*to), when)?;
            }
        }
        Ok(())
    }

    /// The corner and the size of a box, without the room that is kept beside it.
    fn own(&self, index: usize, group: &Group) -> (Point, Point) {
        let (corner, size, room) = (self.placed.corners[index], self.sizes[index], room(&group.boxes[index]));
        ((corner.0 + room, corner.1), (size.0 - 2.0 * room, size.1))
    }
}

fn size(step: &StepBox, inside: Option<&Arranged>) -> Point {
    let texts = [&step.name].into_iter().chain(&step.lines).map(|line| text_width(&inert(line)));
    let inner = inside.map_or((0.0, 0.0), |inside| (inside.placed.size.0, inside.placed.size.1 + 2.0 * PADDING.1));
    let width = texts.fold(inner.0, f64::max) + 2.0 * PADDING.0;
    let height = CHARACTER.1 * lines(step) as f64 + 2.0 * PADDING.1 + inner.1;
    (width + 2.0 * room(step), height)
}

/// On both sides of a box, so that its middle stays where the arrows end.
const fn room(step: &StepBox) -> f64 {
    if step.again.is_some() { ROUND } else { 0.0 }
}

fn lines(step: &StepBox) -> usize {
    1 + step.lines.len()
}

fn text_width(text: &str) -> f64 {
    columns(text) as f64 * CHARACTER.0
}

fn legend_width(paint: &Paint) -> f64 {
    text_width(paint.word) + 40.0
}

fn draw_box<W: Write>(writer: &mut Writer<W>, step: &StepBox, corner: Point, size: Point) -> io::Result<()> {
    let class = Paint::of(step).map_or("call", |paint| paint.class);
    let class = if step.conditional { format!("{class} if") } else { class.to_owned() };
    if step.matrix {
        rect(writer, (corner.0 + OFFSET, corner.1 + OFFSET), size, &class)?;
    }
    rect(writer, corner, size, &class)?;
    let texts = [("name", &step.name)].into_iter().chain(step.lines.iter().map(|line| ("detail", line)));
    for (line, (class, content)) in texts.enumerate() {
        let baseline = corner.1 + PADDING.1 + CHARACTER.1 * line as f64 + 12.0;
        text(writer, (corner.0 + PADDING.0, baseline), class, &inert(content))?;
    }
    Ok(())
}

fn rect<W: Write>(writer: &mut Writer<W>, corner: Point, size: Point, class: &str) -> io::Result<()> {
    let [x, y, width, height] = [corner.0, corner.1, size.0, size.1].map(number);
    let rect = writer.create_element("rect").with_attribute(("class", class));
    rect.with_attributes([("x", &*x), ("y", &*y), ("width", &*width), ("height", &*height), ("rx", "5")])
        .write_empty()?;
    Ok(())
}

fn text<W: Write>(writer: &mut Writer<W>, at: Point, class: &str, content: &str) -> io::Result<()> {
    let element = writer.create_element("text").with_attribute(("class", class));
    let element = element.with_attributes([("x", &*number(at.0)), ("y", &*number(at.1))]);
    element.write_text_content(BytesText::new(content))?;
    Ok(())
}

/// From a box down to the next row, through further rows, to another box.
fn curve<W: Write>(writer: &mut Writer<W>, start: Point, route: &[Point]) -> io::Result<()> {
    let mut path = format!("M{} {}", number(start.0), number(start.1));
    for pair in route.chunks_exact(2) {
        let (from, to) = (pair[0], pair[1]);
        let half = (to.1 - from.1) / 2.0;
        path += &format!(" L{} {}", number(from.0), number(from.1));
        let [fx, fy, tx, ty] = [from.0, from.1 + half, to.0, to.1 - half].map(number);
        path += &format!(" C{fx} {fy} {tx} {ty} {} {}", number(to.0), number(to.1));
    }
    arrow(writer, &path, "arrow", None)
}

/// From the right side of a box round to that of another, or of its own.
fn again<W: Write>(writer: &mut Writer<W>, from: (Point, Point), to: (Point, Point), when: &str) -> io::Result<()> {
    let right = |(corner, size): (Point, Point), down: f64| (corner.0 + size.0, corner.1 + size.1 * down);
    let (from, to) = (right(from, 0.7), right(to, 0.3));
    let out = from.0.max(to.0) + ROUND;
    let [fx, fy, tx, ty, out] = [from.0, from.1, to.0, to.1, out].map(number);
    arrow(writer, &format!("M{fx} {fy} C{out} {fy} {out} {ty} {tx} {ty}"), "again", Some(when))
}

fn arrow<W: Write>(writer: &mut Writer<W>, path: &str, class: &str, when: Option<&str>) -> io::Result<()> {
    let element = writer.create_element("path");
    let element =
        element.with_attributes([("class", class), ("d", path), ("marker-end", &*format!("url(#{class}-head)"))]);
    match when {
        None => element.write_empty()?,
        Some(when) => element.write_inner_content(|writer| {
            let title = format!("again on {}", inert(when));
            writer.create_element("title").write_text_content(BytesText::new(&title))?;
            Ok(())
        })?,
    };
    Ok(())
}

/// To a tenth of a pixel.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
