package plan

import (
	"context"
	"errors"
	"fmt"

	"truce/pipeline/rule"
)

// maxBreakdowns is how many breakdowns the models have room for.
const maxBreakdowns = 8

// breakdowns gives the columns breakdown_1 to breakdown_8.
func (k *classifier) breakdowns(ctx context.Context, scope rule.Scope) ([]string, error) {
	columns := make([]string, maxBreakdowns)
	for i := range columns {
		expression := "cast(null as varchar)"
		if i < len(k.config.Breakdowns) {
			var err error
			if expression, err = k.breakdown(ctx, i, scope); err != nil {
				return nil, err
			}
		}
		columns[i] = fmt.Sprintf("%s as breakdown_%d", expression, i+1)
	}
	return columns, nil
}

// breakdown gives the expression of one dimension. The words owner, manager and team mean the
// owner's.
func (k *classifier) breakdown(ctx context.Context, i int, scope rule.Scope) (string, error) {
	name, key := k.config.Breakdowns[i], fmt.Sprintf("breakdowns[%d]", i)
	switch name {
	case "owner":
		return "coalesce(owner.name, opportunity.owner_id)", nil
	case "manager", "team":
		name = "owner." + name
	}
	parsed, err := k.parser.Parse(ctx, name+" is not null", scope)
	if refused := (*rule.Error)(nil); errors.As(err, &refused) {
		return k.refuse(key, refused), nil
	}
	if err != nil {
		return "", err
	}
	if len(parsed.Columns) != 1 {
		return k.refuse(key, &rule.Error{Message: fmt.Sprintf("%q is not a column", name), Hint: "name one, such as lead_source or owner.team"}), nil
	}
	return "cast(" + parsed.Columns[0] + " as varchar)", nil
}
