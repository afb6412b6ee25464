"""Run a suite on a batch with Great Expectations: in memory, silently, leaving nothing open."""

from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations import ExpectationSuite
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)


def new_context() -> Any:
    """Make a context that writes no file, sends nothing and draws no progress bar."""
    config = DataContextConfig(
        # Without this, a folder for HTML pages is made under the system's temporary folder.
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def validate_values(values: dict[str, str], suite: ExpectationSuite) -> list[Any]:
    """Validate one row of values as a pandas batch; give Great Expectations' results."""
    source = new_context().data_sources.add_pandas("catalogue")
    definition = source.add_dataframe_asset("shape").add_batch_definition_whole_dataframe("all")
    batch = definition.get_batch({"dataframe": pd.DataFrame([values])})
    return list(batch.validate(suite, result_format="BASIC").results)
