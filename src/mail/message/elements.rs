//! The elements of HTML that matter for reading. They are told apart byte by byte: there are thousands in a mail.

/// Whether text before and after the tag stands apart.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"address"
            | b"article"
            | b"aside"
            | b"blockquote"
            | b"body"
            | b"br"
            | b"button"
            | b"caption"
            | b"center"
            | b"dd"
            | b"details"
            | b"div"
            | b"dl"
            | b"dt"
            | b"fieldset"
            | b"figure"
            | b"footer"
            | b"form"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"header"
            | b"hr"
            | b"html"
            | b"li"
            | b"main"
            | b"nav"
            | b"ol"
            | b"option"
            | b"p"
            | b"pre"
            | b"section"
            | b"summary"
            | b"table"
            | b"tbody"
            | b"td"
            | b"tfoot"
            | b"th"
            | b"thead"
            | b"tr"
            | b"ul"
    )
}

pub(super) fn is_emphasis(name: &str) -> bool {
    matches!(name.as_bytes(), b"b" | b"strong" | b"h1" | b"h2" | b"h3" | b"h4" | b"code" | b"kbd" | b"big" | b"mark")
}

/// Elements whose content is not text of the message.
pub(super) fn is_skipped(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"style" | b"script" | b"title" | b"template" | b"noscript" | b"svg" | b"textarea" | b"select"
    )
}

/// Elements that have no content.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"br" | b"hr" | b"img" | b"input" | b"meta" | b"link" | b"wbr" | b"col" | b"base" | b"area" | b"source"
    )
}
