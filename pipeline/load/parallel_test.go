package load

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"truce/pipeline/entity"
)

// everything is all that a load gives, in a form that does not depend on which part holds a row.
type everything struct {
	Result
	Rows, Refused []string
	Error         string
}

// loadTuned loads a text with other sizes than usual, and gathers everything.
func loadTuned(t require.TestingT, x Extract, csv string, writers int, tune tuning) everything {
	dir, err := os.MkdirTemp("", "load")
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(dir)) }()
	var e everything
	e.Result, err = loadFile(context.Background(), text(csv), x, Target{Dir: dir, Prefix: "p", Writers: writers}, nil, tune)
	if err != nil {
		e.Error = err.Error()
		return e
	}
	for _, p := range e.Parts {
		rows := readParquet(t, filepath.Join(dir, p.File))
		require.Len(t, rows, int(p.Rows))
		e.Rows = append(e.Rows, rows...)
	}
	if e.Quarantine != "" {
		e.Refused = readParquet(t, filepath.Join(dir, e.Quarantine))
	}
	slices.Sort(e.Rows)
	e.Parts = nil
	return e
}

// readParquet lists the rows of a file with all their columns, the last one first.
func readParquet(t require.TestingT, path string) []string {
	f, err := file.OpenParquetFile(path, false)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	require.NoError(t, err)
	table, err := r.ReadTable(context.Background())
	require.NoError(t, err)
	defer table.Release()
	rows := make([]string, table.NumRows())
	for c := range int(table.NumCols()) {
		i := 0
		for _, chunk := range table.Column(c).Data().Chunks() {
			for j := range chunk.Len() {
				rows[i] = fmt.Sprintf("%s|%s", chunk.ValueStr(j), rows[i])
				i++
			}
		}
	}
	return rows
}

// pieces are what hostile files are made of.
func pieces() []string {
	return []string{
		"a1,Won,10.5,2017-03-01,x\n", "a2,Lost,7,2017-03-02,y\r\n", "a3,Open,,,\n", "a1,Won,10.5,2017-03-01,x\n",
		"a4,\"Pro\nposal\",\"1,234.56\",03/04/2017,z\n", "a5,Won,\"1,234\",13/04/2017,z\n", "a6,Won,1.5,04/13/2017,\"q\"\"q\"\n",
		"a7,Won,\"1.234,5\",03/03/2017,\n", "a8,W\x00n,1,2017-01-01,\n", "a9,W\xffn,1,2017-01-01,\n", "a10,W\x01n,1,2017-01-01,\n",
		",Won,1,,\n", "5.80E+18,Won,1,,\n", "a11,Won,1.234,,\n", "a12,Won,x,,\n", "a13,Won,1,2017-02-30,\n",
		"Total,1,2,3,4\n", "Total\n", "Total,\"x\ny\n", "#c\n", "\n", " \t\n", "\r", "\"", "\"\"", ",", "\"x", "y\"\n", "z,\"",
		"5\" pipe,Won,1,,\r", strings.Repeat("w", 50) + ",Won,1,,\n", "\"" + strings.Repeat("v\n", 30) + "\",Won,1,,\n",
	}
}

func TestBlocksAndWorkersDoNotMatter(t *testing.T) {
	t.Parallel()
	e, _ := entity.Lookup("opportunity")
	rapid.Check(t, func(t *rapid.T) {
		x := Extract{
			Entity: e, FileName: "f.csv", Headers: map[string][]string{"opportunity_id": {"id"}, "close_date": {"closed"}},
			Attributes: []entity.Field{{Name: "note"}},
			Footers:    rapid.SampledFrom([][]string{nil, {"Total"}}).Draw(t, "footers"),
			Comments:   rapid.SampledFrom([]string{"", "#"}).Draw(t, "comments"),
			DateOrder:  rapid.SampledFrom([]string{"", "dmy"}).Draw(t, "order"),
			Decimal:    rapid.SampledFrom([]string{"", "point", "comma"}).Draw(t, "decimal"),
			Remembered: rapid.SampledFrom([]map[string]string{nil, {"amount": "decimal:point", "close_date": "date:dmy"}}).Draw(t, "remembered"),
		}
		common := rapid.SliceOfN(rapid.SampledFrom(pieces()[:5]), 0, 30).Draw(t, "common")
		odd := rapid.SliceOfN(rapid.SampledFrom(pieces()), 0, 12).Draw(t, "odd")
		body := rapid.Permutation(slices.Concat(common, odd)).Draw(t, "body")
		text := "\n#c\nid,stage,amount,closed,note\n" + strings.Join(body, "")
		if x.Comments == "" {
			text = strings.Replace(text, "#c\n", "", 1)
		}
		tune := tuning{block: 1 << 20, reach: 40, fieldLimit: 40, recordLimit: 90, rowGroup: 5}
		one := loadTuned(t, x, text, 1, tune)
		tune.block = rapid.IntRange(1, 120).Draw(t, "block")
		require.Equal(t, one, loadTuned(t, x, text, 3, tune))
		if one.Error == "" {
			require.NoError(t, one.Counts.Check())
			require.Len(t, one.Rows, int(one.Counts.Loaded))
			require.Len(t, one.Refused, int(one.Counts.Quarantined))
		}
	})
}
