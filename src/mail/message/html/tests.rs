use super::*;

fn texts(html: &str) -> Vec<String> {
    read(html).blocks.into_iter().map(|block| block.text).collect()
}

#[test]
fn blocks_break_and_inline_text_joins() {
    assert_eq!(texts("<div>Order 1234</div><div>567890</div>"), ["Order 1234", "567890"]);
    assert_eq!(texts("<p>4<b>8</b><span>2</span></p><td>a</td><td>b<br>c"), ["482", "a", "b", "c"]);
    assert_eq!(texts("4&#8203;8&shy;2&nbsp;&nbsp;x &amp;amp; &unknown; \u{ff14}"), ["482 x &amp; &unknown; 4"]);
}

#[test]
fn boxes_of_one_digit_each_are_a_row() {
    assert_eq!(texts("<tr><td>7</td><td><b>3</b></td><td>A</td></tr><p>Enter it</p>"), ["7 3 A", "Enter it"]);
    let row = &read("<td>7</td><td><b>3</b></td><td><b>9</b></td>").blocks[0];
    let strong: Vec<&str> = row.strong.iter().map(|strong| &row.text[strong.clone()]).collect();
    assert_eq!((row.text.as_str(), strong.as_slice()), ("7 3 9", &["3 9"][..]));
    assert_eq!(texts("<p>1</p><p>Open</p><p>2</p><p>34</p><p>x</p>"), ["1", "Open", "2", "34", "x"]);
    assert_eq!(texts("<td>1</td><td style='display:none'>2</td><td><a href='https://x.test'>3</a></td>").len(), 3);
    assert_eq!(texts(&"<td>1</td>".repeat(25)), ["1 1 1 1 1 1 1 1 1 1 1 1", "1 1 1 1 1 1 1 1 1 1 1 1", "1"]);
}

#[test]
fn what_is_not_text_is_dropped() {
    let html = "<head><title>1</title><style>p{x:2}</style></head><!-- 3 --><script>4</script><p>five</p><!doctype x>";
    assert_eq!(texts(html), ["five"]);
}

#[test]
fn hidden_and_strong_text_is_marked() {
    let html = "<div style='display: none'>pre<p>more</p></div><p>word <b>482911</b></p><td><p style=\"FONT-SIZE: 24px\">1</p></td>";
    let marks: Vec<_> = read(html)
        .blocks
        .into_iter()
        .map(|block| {
            (
                block.hidden,
                block.strong.iter().map(|strong| &block.text[strong.clone()]).collect::<String>(),
                block.text.clone(),
            )
        })
        .collect();
    let expected = [(true, "", "pre"), (true, "", "more"), (false, "482911", "word 482911"), (false, "1", "1")];
    assert_eq!(marks, expected.map(|(hidden, strong, text)| (hidden, strong.to_owned(), text.to_owned())));
}

#[test]
fn links_have_address_label_and_dress() {
    let html = "<a class='button-primary' href='https://x.test/?a=1&amp;b=2'><span>Verify</span> <b>now</b></a>\
        <a href=mailto:x>mail</a> <a href = 'https://y.\r\ntest' >y</a>";
    let link = |href: &str, label: &str, button| Link { href: href.into(), label: label.into(), button };
    assert_eq!(
        read(html).links,
        [link("https://x.test/?a=1&b=2", "Verify now", true), link("https://y.test", "y", false)]
    );
}

#[test]
fn images_say_their_words_and_quotations_are_known() {
    assert_eq!(texts("<p>Code <img alt=4><img alt=8><img alt='2'></p>"), ["Code 482"]);
    assert_eq!(texts("<p>a<img alt='Our logo'>b</p>"), ["Our logo", "ab"]);
    let html = "<p>new</p><blockquote type=cite>old</blockquote><div class=\"gmail_quote\"><p>older</p></div>";
    let quoted: Vec<_> = read(html).blocks.into_iter().map(|block| (block.text, block.quoted)).collect();
    assert_eq!(quoted, [("new", false), ("old", true), ("older", true)].map(|(text, is)| (text.to_owned(), is)));
}

#[test]
fn a_block_that_is_only_a_link_is_known() {
    let linked = |html| read(html).blocks.iter().map(|block| block.linked).collect::<Vec<_>>();
    assert_eq!(
        linked("<td><a href='https://x.test/a'>VERIFY</a></td><p>or <a href='https://x.test'>go</a></p>"),
        [true, false]
    );
}

#[test]
fn broken_markup_loses_no_text_and_no_time() {
    assert_eq!(texts("a < b <p>c <a href=\"x>d</p> e"), ["a < b", "c d", "e"]);
    for bomb in ["<", "<a ", "<div>", "</div>", "&", "<!--", "<a href=\"", "<script>", "</", "<p style='"] {
        let started = std::time::Instant::now();
        read(&bomb.repeat(100_000));
        assert!(started.elapsed().as_secs() < 20, "{bomb}");
    }
}
