package load

// evidence is what one cell says about the format of its column. A date column has the orders dmy
// and mdy to choose from, a number column the decimal signs point and comma.
type evidence uint8

const (
	silent    evidence = iota // fits either format and means the same in both, or fits neither
	ambiguous                 // fits both formats and means something else in each
	forFirst                  // fits dmy or point only
	forSecond                 // fits mdy or comma only
)

// standing tells who decided a column's format.
type standing uint8

const (
	undecided     standing = iota // nobody: no cell needed it so far
	byFile                        // a cell of this file
	byOtherColumn                 // another column of this file
	byEarlierFile                 // an earlier file of the extract
	byConfig                      // preset or configuration
)

// decision tells how a column's format was decided.
type decision struct {
	standing standing
	line     int64 // the line that decided, if standing is byFile
}

func (d decision) declared() bool { return d.standing == byConfig }

// given tells whether the format was known before the file was read.
func (d decision) given() bool { return d.standing == byConfig || d.standing == byEarlierFile }
