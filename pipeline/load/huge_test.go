package load

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// endless gives a beginning, a piece of text again and again, and an end. It notes the greatest heap
// that it sees while it is read.
type endless struct {
	before, piece, after []byte
	pieces, at           int
	since                int // bytes since the heap was looked at
	heap                 uint64
}

func (e *endless) Read(b []byte) (int, error) {
	n := 0
	switch {
	case len(e.before) > 0:
		n = copy(b, e.before)
		e.before = e.before[n:]
	case e.pieces > 0:
		n = copy(b, e.piece[e.at:])
		if e.at += n; e.at == len(e.piece) {
			e.at, e.pieces = 0, e.pieces-1
		}
	case len(e.after) > 0:
		n = copy(b, e.after)
		e.after = e.after[n:]
	default:
		return 0, io.EOF
	}
	if e.since += n; e.since > 8<<20 {
		e.since = 0
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		e.heap = max(e.heap, stats.HeapAlloc)
	}
	return n, nil
}

func (e *endless) Close() error { return nil }

// A line without an end costs its place in the quarantine, or the file, and never the memory. The
// tests of this file look at the memory of the whole process, so they run alone.
func TestALineWithoutAnEnd(t *testing.T) {
	const header, row = "opportunity_id,stage,amount,close_date,name\n", "\na2,Won,1,2017-01-01,x\n"
	cases := []struct {
		name, before, piece, after, quarantined, refused string
	}{
		{name: "one field", before: header + "a1,Won,1,,", piece: "x", after: row, quarantined: "2 too_long"},
		{name: "fields without number", before: header + "a1,Won,1,,x", piece: ",x", after: row, quarantined: "2 field_count"},
		{name: "a quoted field", before: header + "a1,Won,1,,\"", piece: "x\"\"", after: "\"" + row, quarantined: "2 too_long"},
		{name: "delimiters", before: header, piece: ",", after: row, quarantined: "2 field_count"},
		{name: "blanks", before: header, piece: " ", after: row, quarantined: "2 too_long"},
		{name: "a comment", before: header + "#", piece: "x", after: row},
		{name: "a header of one field", piece: "x", after: row, refused: "it begins with no header line"},
		{name: "a header of many fields", piece: "x,", after: row, refused: "it begins with no header line"},
		{name: "a header of delimiters", piece: ",", after: "\n" + header + "a2,Won,1,,x\n", refused: "it begins with no header line"},
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			size := 64 << 20
			if i == 0 && !testing.Short() {
				size = 2 << 30
			}
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			in := &endless{before: []byte(c.before), piece: bytes.Repeat([]byte(c.piece), 64<<10), after: []byte(c.after)}
			in.pieces = size / len(in.piece)
			x := opportunity(t)
			x.Comments = "#"
			l := loaded{dir: t.TempDir()}
			open := func() (io.ReadCloser, error) { return in, nil }
			var err error
			l.Result, err = File(t.Context(), open, x, Target{Dir: l.dir, Prefix: "p", Writers: 2}, nil)
			require.Less(t, in.heap, before.HeapAlloc+48<<20, "less than the line itself")
			if c.refused != "" {
				require.ErrorContains(t, err, c.refused)
				return
			}
			require.NoError(t, err)
			require.NotZero(t, in.heap)
			require.Zero(t, in.pieces)
			require.Equal(t, []string{"3|a2"}, l.rows(t, "opportunity_id"))
			require.Equal(t, c.quarantined, strings.Join(l.quarantined(t), ", "))
		})
	}
}
