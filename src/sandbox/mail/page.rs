//! The frames that the mails are set in, as Laravel has them.

use super::encoding::html;

/// The plain part around one link.
pub fn text(name: &str, intro: &str, button: &str, link: &str, outro: &str) -> String {
    format!(
        "Hello {name}!\n\n{intro}\n\n{button}: {link}\n\n{outro}\n\nRegards,\nModelsLab\n\nIf you're having trouble \
         clicking the \"{button}\" button, copy and paste the URL below\ninto your web browser: {link}\n\n\
         © ModelsLab. All rights reserved.\n"
    )
}

/// The HTML part around one link.
pub fn page(name: &str, intro: &str, button: &str, link: &str, outro: &str) -> String {
    let (name, intro, link) = (html(name), html(intro), html(link));
    frame(&format!(
        "<h1>Hello {name}!</h1>\n<p>{intro}</p>\n<table class=\"action\" align=\"center\" width=\"100%\"><tr><td \
         align=\"center\">\n<a href=\"{link}\" class=\"button button-primary\" target=\"_blank\" \
         rel=\"noopener\">{button}</a>\n</td></tr></table>\n<p>{outro}</p>\n<p>Regards,<br>\nModelsLab</p>\n<p \
         class=\"subcopy\">If you're having trouble clicking the \"{button}\" button, copy and paste the URL below into \
         your web browser: <span class=\"break-all\"><a href=\"{link}\">{link}</a></span></p>\n"
    ))
}

pub fn frame(content: &str) -> String {
    framed("", content)
}

/// A page whose root has `attributes`; which charset it is in, the part's header says.
pub fn framed(attributes: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html{attributes}>\n<head>\n<title>ModelsLab</title>\n<style>\n.button \
         {{ color: #fff; background-color: #2d3748; border-radius: 4px; padding: 8px 18px; }}\n</style>\n</head>\n<body>\n\
         <table class=\"wrapper\" width=\"100%\"><tr><td class=\"content-cell\">\n{content}</td></tr></table>\n<p \
         align=\"center\">&copy; ModelsLab. All rights reserved.</p>\n</body>\n</html>\n"
    )
}
