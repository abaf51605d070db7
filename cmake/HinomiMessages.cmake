function(hinomi_messages)
endfunction()
