package load

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// morePieces are what the settings of an extract work on.
func morePieces() []string {
	return []string{
		"a1,won,x@y.z,Keep,2017-03-01,2017-03-02\n", "a2,Won,X@Y.Z,keep ,,\n", "a3,GTXPro,x,drop,2017-03-01,\n", "a4,Ja,,\u00a0Keep,,2017-01-01\n",
		"a1,won,x@y.z,Keep,2017-03-01,2017-03-02\n", "a5,cafe\u0301,,KEEP,03/04/2017,\n", "a6,café,,Keep,13/04/2017,14/04/2017\n",
		"a7,won,,Keep,,04/13/2017\n", "a8,won,,drop,04/13/2017,x\n", "a9,won,,Keep,bad,2017-01-01\n", "a10,won,,Keep,2017-01-01,bad\n",
		",won,,Keep,2017-01-01,\n", "#REF!,won,,Keep,2017-01-01,\n", "a11,won,x@\x01,Keep,2017-01-01,\n", "a12,w\xffn,,Keep,2017-01-01,\n",
		"a13,\"w\"\"n\",,\"Ke\"\"ep\",2017-01-01,\n", ",,,,,\n", " ,\t,,,\u200b,\n", ",,,,,,,,,,\n", ",,\n", "\"\",\"\n\",,,,\n", ",,,,", ",,,,,,,x\n",
		"Total,,,Keep,2017-01-01,\n", "Total,,,drop,,\n", "Total\n", "\n", "\"", "\r", "\u00a0", "x\n",
		"a14,00Qa,00Qb;00Qc ,Keep,,2017-01-01\n", "a15,,003a;00Qa,Keep,13/04/2017,\n", "a16,#BEZUG!,;,Keep,,\n", "Acme, Inc.\n",
	}
}

// several gives an extract whose columns are read from several, by prefix, and as lists.
func several(split bool) Extract {
	e, _ := entity.Lookup("campaign_touch")
	x := Extract{
		Entity: e, FileName: "f.csv",
		Headers: map[string][]string{
			"campaign_id": {"id", "status"}, "contact_id": {"status", "mail"}, "lead_id": {"mail"}, "touched_at": {"at one", "at two"},
		},
		FirstOf:  []string{"campaign_id", "contact_id", "touched_at"},
		Prefixes: map[string]string{"lead_id": "00Q", "contact_id": "00Q"},
		Values:   map[string]map[string]string{"touched_at": {"": "2017-01-01", "x": ""}}, Footers: []string{"Total"},
	}
	if split {
		x.Split = &Split{Field: "lead_id", Separator: ";"}
	}
	return x
}

// settled gives an extract with all settings that change, drop or multiply records.
func settled(spread, counted bool) Extract {
	e, _ := entity.Lookup("lead")
	x := Extract{
		Entity: e, FileName: "f.csv", Headers: map[string][]string{"lead_id": {"id"}, "created_at": {"made"}, "person_key": {"mail"}},
		Values:    map[string]map[string]string{"status": {"Ja": "yes", "café": "tea", "GTXPro": ""}},
		FoldCase:  []string{"status"},
		Constants: map[string]string{"source": "Web", "is_deleted": "false", "created_at": "2017-01-01"},
		Only:      map[string][]string{"choice": {"keep", "ke\"ep", ""}},
		PersonKey: []byte("secret"), Footers: []string{"Total"},
	}
	if spread {
		x.Unpivot = &Unpivot{Headers: []*regexp.Regexp{regexp.MustCompile("^at (.*)$")}, Name: "status", Value: "mql_at"}
	}
	if counted {
		x.Entity, _ = entity.Lookup("stage_change")
		x.Headers = map[string][]string{"opportunity_id": {"id"}, "stage": {"status"}}
		x.Constants = map[string]string{"changed_at": "2017-01-01"}
		if spread {
			x.Unpivot.Name, x.Unpivot.Value = "stage", "changed_at"
		}
	}
	return x
}

const settledHeader = ",,,\nid,status,mail,choice,at one,at Two\n"

func TestBlocksAndWorkersDoNotMatterForSettings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := settled(rapid.Bool().Draw(t, "spread"), rapid.Bool().Draw(t, "counted"))
		if rapid.Bool().Draw(t, "several") {
			x = several(rapid.Bool().Draw(t, "split"))
		}
		x.DateOrder = rapid.SampledFrom([]string{"", "dmy"}).Draw(t, "order")
		common := rapid.SliceOfN(rapid.SampledFrom(morePieces()[:6]), 0, 30).Draw(t, "common")
		odd := rapid.SliceOfN(rapid.SampledFrom(morePieces()), 0, 12).Draw(t, "odd")
		body := rapid.Permutation(slices.Concat(common, odd)).Draw(t, "body")
		tune := tuning{block: rapid.IntRange(1, 120).Draw(t, "block"), reach: 40, fieldLimit: 40, recordLimit: 90, rowGroup: 5}
		sameInBlocks(t, x, settledHeader+strings.Join(body, ""), tune)
	})
}

// sameInBlocks makes sure that small blocks and three workers give what one block gives, and that each
// record is accounted for.
func sameInBlocks(t require.TestingT, x Extract, text string, tune tuning) {
	whole := tune
	whole.block = 1 << 20
	one := loadTuned(t, x, text, 1, whole)
	require.Equal(t, one, loadTuned(t, x, text, 3, tune))
	if one.Error == "" {
		require.NoError(t, one.Counts.Check())
		require.Len(t, one.Rows, int(one.Result.Rows))
		require.Len(t, one.Refused, int(one.Counts.Quarantined))
	}
}
