import BaseKit
import Testing

@testable import Visengine

@Suite(.timeLimit(.minutes(1))) struct FormBodyTests {
    static let bodies: [(String, JSONValue)] = [
        ("a=1&b=2", ["a": "1", "b": "2"]), ("a=1&&a=2&", ["a": "2"]), ("a=x+y%20z%2B", ["a": "x y z+"]),
        ("a=%", ["a": "%"]), ("a=%4", ["a": "%4"]), ("a=%zz%41", ["a": "%zzA"]), ("a==b", ["a": "=b"]),
        ("a", ["": "a"]),
        ("a=%E8", ["a": "è"]), ("a=%C3%A8", ["a": "è"]), ("a[b]=1&a[c][d]=2", ["a": ["b": "1", "c": ["d": "2"]]]),
        ("a[]=1&a[]=2", ["a": ["1", "2"]]), ("a[1]=x&a[0]=y", ["a": ["1": "x", "0": "y"]]),
        ("a[0][b]=1&a[0][c]=2&a[1][b]=3", ["a": [["b": "1", "c": "2"], ["b": "3"]]]),
        ("a%5Bb%5D=1", ["a": ["b": "1"]]), ("a[b=1", ["a[b": "1"]), ("[b]=1", ["[b]": "1"]),
        ("a=1&a[b]=2", ["a": ["b": "2"]]),
    ]

    @Test(arguments: bodies)
    func readsNamesAndNesting(_ text: String, _ value: JSONValue) throws {
        #expect(.object(try FormBody(parsing: Array(text.utf8)[...]).object) == value)
    }
}
