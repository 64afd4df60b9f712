import BaseKit
import Testing

@Suite struct HTMLTextTests {
    @Test(arguments: [
        ("", ""),
        ("plain text", "plain text"),
        ("  white \n\t space  ", "white space"),
        ("<p>Un <b>primo</b> passo</p><p>e un secondo</p>", "Un primo passo\ne un secondo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>uno</li><li>due</li></ul>", "- uno\n- due"),
        ("D&#39;identit&agrave; &lt;qui&gt; &amp; l&#xE0;&nbsp;12 &euro;", "D'identità <qui> & là 12 €"),
        ("R&D &unknown; 3 < 4", "R&D &unknown; 3 < 4"),
        ("<script>alert(1)</script>dopo<style>p{}</style>", "dopo"),
        ("<!-- weg -->da<a href=\"x\">qui", "daqui"),
        ("non chiuso <b", "non chiuso <b"),
        ("&#0;&#1114112;", "\u{0}&#1114112;"),
    ])
    func isPlain(_ html: String, _ text: String) {
        #expect(HTMLText.plain(html) == text)
    }

    @Test func takesWhateverComes() {
        for _ in 0..<2000 {
            let html = String((0..<40).map { _ in "<>&;#/!pliscript \nxà".randomElement() ?? "<" })
            _ = HTMLText.plain(html)
        }
    }
}
