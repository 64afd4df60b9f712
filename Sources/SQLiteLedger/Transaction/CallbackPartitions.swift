/// The sections in which an index finds the callbacks of an order: each of as many callbacks as follow each other.
///
/// New callbacks are entered in the newest section alone, whose few pages are shared by all that one transaction
/// writes, however many callbacks there are and of however many orders. Finding those of one order takes a look into
/// each section.
enum CallbackPartitions {
    /// 65,536 callbacks to a section.
    static let shift: Int64 = 16

    /// An SQL condition that is always true, and leads SQLite through the sections.
    static let all = """
        id >> \(shift) IN (
            WITH RECURSIVE sections(number) AS (
                SELECT (SELECT min(id) FROM callbacks) >> \(shift)
                UNION ALL SELECT number + 1 FROM sections
                WHERE number < (SELECT max(id) FROM callbacks) >> \(shift)
            ) SELECT number FROM sections)
        """
}
