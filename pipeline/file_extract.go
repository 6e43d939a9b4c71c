package pipeline

import (
	"cmp"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// extractOfFile says how a file that was found is to be understood: as extractOf does, and by its
// format. What is no delimited text becomes one with commas and decimal points. A file that cannot be
// opened is refused where it is read, not here.
func extractOfFile(c *config.Config, src config.Source, preset source.Preset, contract *entity.Entity, file source.File) (load.Extract, error) {
	x, err := extractOf(c, src, preset, contract, file.Export)
	if err != nil {
		return load.Extract{}, err
	}
	x.FileName = file.Name
	if format, err := file.Format(); err == nil && format != source.Delimited {
		x.Delimiter, x.HeaderApart = ',', format == source.JSONLines
		if format != source.Workbook { // cells of a workbook may be texts that somebody typed
			x.Decimal = cmp.Or(x.Decimal, "point")
		}
	}
	return x, nil
}
