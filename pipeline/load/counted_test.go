package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

func TestFewValuesAreCounted(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Attributes = []entity.Field{{Name: "region"}, {Name: "shop_id"}, {Name: "email"}, {Name: "seats", Type: entity.Integer}}
	x.Constants = map[string]string{"pipeline": "Main"}
	x.FoldCase = []string{"region"}
	l := loadText(t, x, "opportunity_id,stage,status,name,account_id,merged_into,product,region,shop_id,email,seats\n"+
		"a,Won,won,N,x,y,GTXPro,West,s,e,1\nb,Won,open,N,x,y,GTX Pro,WEST,s,,1\nc,Lost,won,N,x,y,,East,s,,2\n,Bad,bad,N,x,y,,East,s,,2\n")
	require.Equal(t, map[string]map[string]int64{
		"stage": {"Won": 2, "Lost": 1}, "status": {"won": 2, "open": 1}, "product": {"GTXPro": 1, "GTX Pro": 1},
		"region": {"west": 2, "east": 1}, "email": {"e": 1}, "pipeline": {"Main": 3},
	}, l.Values)

	l = loadText(t, lookup(t, "stage_change"), "opportunity_id,changed_at,stage,changed_by\na,2017-01-01,Won,Ann\n")
	require.Equal(t, map[string]map[string]int64{"stage": {"Won": 1}}, l.Values)
}

// The counts are exact over row groups, with and without dictionaries, up to the limit.
func TestValuesAreCountedUpToALimit(t *testing.T) {
	t.Parallel()
	for _, rare := range []int{maxValues, maxValues + 1} {
		var b strings.Builder
		b.WriteString("opportunity_id,stage,type,product,lead_source,competitor\n")
		const rows = 30_000
		for i := range rows {
			late := ""
			if i > rows/2 {
				late = fmt.Sprint(i % 50)
			}
			// Few values, as many as the limit, one for each row, few that begin late, and rare ones.
			fmt.Fprintf(&b, "a%d,s%d,t%d,p%d,%s,", i, i%7, i%rare, i, late)
			if i < rare {
				fmt.Fprintf(&b, "c%d", i)
			}
			b.WriteString("\n")
		}
		tune := defaultTuning()
		tune.block, tune.rowGroup = 32<<10, 2000
		for _, writers := range []int{1, 3} {
			l := loadTuned(t, opportunity(t), b.String(), writers, tune)
			require.Empty(t, l.Error)
			require.Len(t, l.Values["stage"], 7)
			require.EqualValues(t, rows/7+1, l.Values["stage"]["s0"])
			require.NotContains(t, l.Values, "product")
			require.Len(t, l.Values["lead_source"], 50)
			require.EqualValues(t, 300, l.Values["lead_source"]["7"])
			for _, field := range []string{"type", "competitor"} {
				if rare > maxValues {
					require.NotContains(t, l.Values, field)
					continue
				}
				require.Len(t, l.Values[field], maxValues)
				var sum int64
				for _, n := range l.Values[field] {
					sum += n
				}
				require.Equal(t, map[string]int64{"type": rows, "competitor": maxValues}[field], sum)
			}
		}
	}
}
