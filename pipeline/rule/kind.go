package rule

import "truce/pipeline/entity"

// kind is what an expression gives, as far as rules tell apart.
type kind uint8

const (
	null kind = iota
	text
	integer
	decimal
	double
	boolean
	date
	timestamp
)

// String gives the kind as a message calls it.
func (k kind) String() string {
	return [...]string{"null", "text", "a number", "a number", "a number", "true or false", "a date", "a time"}[k]
}

func (k kind) isNumber() bool { return k == integer || k == decimal || k == double }

func (k kind) isDay() bool { return k == date || k == timestamp }

// fits says whether values of both kinds may be compared. Null fits everything.
func (k kind) fits(other kind) bool {
	return k == other || k == null || other == null || k.isNumber() && other.isNumber() || k.isDay() && other.isDay()
}

// with gives the kind of an expression whose values are of either kind; they must fit.
func (k kind) with(other kind) kind { return max(k, other) }

func kindOf(t entity.Type) kind {
	switch t {
	case entity.Integer:
		return integer
	case entity.Decimal, entity.Rate:
		return decimal
	case entity.Boolean:
		return boolean
	case entity.Date:
		return date
	case entity.Timestamp:
		return timestamp
	default:
		return text
	}
}
