package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

func TestInspectGivesRangesAndRows(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Attributes = []entity.Field{{Name: "seats", Type: entity.Integer}, {Name: "rate", Type: entity.Rate}}
	x.LocalZone = location(t, "Europe/Berlin")
	x.Constants = map[string]string{"type": "New"}
	const csv = "opportunity_id,stage,is_won,amount,created_at,close_date,modified_at,seats,rate\n" +
		"a,Won,true,-0.5,2017-03-01 10:00:00,13/04/2017,,7,1.5\n" +
		"b,,,1234.5,2017-01-01T00:00:00.5Z,02/01/2017,,,-0.00000001\n" +
		",Won,,,2020-01-01,31/12/2020,2020-01-01,,\n" +
		"c,Lost,,,,,,,\n"
	got, err := InspectRows(t.Context(), text(csv), x)
	require.NoError(t, err)
	require.Equal(t, map[string]Range{
		"created_at": {time.Date(2017, 1, 1, 0, 0, 0, 500_000_000, time.UTC), time.Date(2017, 3, 1, 10, 0, 0, 0, time.UTC)},
		"close_date": {time.Date(2017, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2017, 4, 13, 0, 0, 0, 0, time.UTC)},
	}, got.Ranges)

	at := map[string]int{}
	for i, c := range got.Columns {
		at[c.Field] = i
	}
	rows := make([]map[string]any, len(got.Rows))
	for i, row := range got.Rows {
		require.Len(t, row, len(got.Columns))
		rows[i] = map[string]any{}
		for field, n := range at {
			if row[n] != nil {
				rows[i][field] = row[n]
			}
		}
	}
	require.Equal(t, []map[string]any{
		{
			"opportunity_id": "a", "stage": "Won", "is_won": true, "amount": "-0.50", "type": "New", "seats": int64(7), "rate": "1.50000000",
			"created_at": time.Date(2017, 3, 1, 10, 0, 0, 0, time.UTC), "close_date": time.Date(2017, 4, 13, 0, 0, 0, 0, time.UTC),
		},
		{
			"opportunity_id": "b", "amount": "1234.50", "type": "New", "rate": "-0.00000001",
			"created_at": time.Date(2017, 1, 1, 0, 0, 0, 500_000_000, time.UTC), "close_date": time.Date(2017, 1, 2, 0, 0, 0, 0, time.UTC),
		},
		{"opportunity_id": "c", "stage": "Lost", "type": "New"},
	}, rows)

	plain, err := Inspect(t.Context(), text(csv), x)
	require.NoError(t, err)
	require.Nil(t, plain.Rows)
	got.Rows = nil
	require.Equal(t, got, plain)
}
